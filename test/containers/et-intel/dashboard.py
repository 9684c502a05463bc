"""Stands for the application that only reads: answers with the number of comments."""
import http.server
import sqlite3


class Dashboard(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        database = sqlite3.connect("file:/data/et_intelligence.db?mode=ro", uri=True)
        (comments,) = database.execute("SELECT count(*) FROM comments").fetchone()
        database.close()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(comments).encode())


http.server.HTTPServer(("", 8000), Dashboard).serve_forever()
