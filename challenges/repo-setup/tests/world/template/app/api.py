"""GET /jobs/ID, as JSON, on 127.0.0.1."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer

from PKG import config, jobs


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        rows = {f"/jobs/{row['id']}": row for row in jobs.rows()}
        found = rows.get(self.path)
        if self.path == "/health":
            found = {"up": True}
        body = json.dumps(self.told(found) if found else {"error": "no such page"}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def told(self, row):
        return row

    def log_message(self, *_):
        pass


class Old(Pages):
    def told(self, row):
        return {key: value for key, value in row.items() if key != "result"}


def run(pages):
    HTTPServer(("127.0.0.1", config.settings().number("PORT")), pages).serve_forever()


def serve():
    run(Pages)
