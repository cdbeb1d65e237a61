"""The local stack: a real Kafka, a real PostgreSQL and our own services, under one supervisor."""
