"""The measurements of DESIGN.md, section 9: ours beside a yardstick, in one run, on one machine. `make bench`."""
