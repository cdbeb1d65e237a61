-- logins.sql for psql, with the passwords from its environment.
\set ON_ERROR_STOP on
SET client_min_messages = warning; -- what is there already is no news
\getenv owner RAPPORT_OWNER_PASSWORD
\getenv worker RAPPORT_WORKER_PASSWORD
\getenv reader RAPPORT_READER_PASSWORD
SELECT set_config('rapport.owner_password', :'owner', false) IS NULL AS failed,
       set_config('rapport.worker_password', :'worker', false) IS NULL AS failed,
       set_config('rapport.reader_password', :'reader', false) IS NULL AS failed \g /dev/null
\ir logins.sql
