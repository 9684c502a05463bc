"""Stands for the application that writes: says which revision it was started on, and stays."""
import os
import signal
import sqlite3
import sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with sqlite3.connect("/data/et_intelligence.db") as database:
    (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    if os.access("/data/et_intelligence.db", os.W_OK):
        database.execute("UPDATE comments SET likes = likes WHERE rowid = 1")
print(f"application started at {revision}", flush=True)
while True:
    signal.pause()
