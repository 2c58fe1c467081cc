"""A merchant and a platform that share no code with the relay.

As a merchant it verifies what the relay delivers, with the Standard Webhooks library. As a platform it signs goods
issues by RenRenXiu's published rules, and posts them. The first line on standard output is the merchant's port; each
line on standard input is an order to post to the relay; each further line of output is what became of it, as JSON.
"""

import hashlib
import http.server
import json
import sys
import threading
import time
import urllib.parse
import urllib.request

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

app_key, app_secret, endpoint_secret = sys.argv[1:]
verified = {}


class Merchant(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event = Webhook(endpoint_secret).verify(body, headers)
        except WebhookVerificationError as error:
            return self.answer(401, {"error": str(error)})
        verified[event["data"]["order_no"]] = event["data"]
        self.answer(200, {"result": 0, "msg": "issued by Python", "data": [{"name": "券号", "value": "42"}]})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def signed_form(parameters):
    signed = sorted((name, value) for name, value in parameters.items() if value != "")
    text = "&".join(f"{name}={value}" for name, value in signed) + app_secret
    sign = hashlib.md5(text.encode()).hexdigest().upper()
    return urllib.parse.urlencode({**parameters, "sign": sign}).encode()


def issue(url, order_no):
    form = signed_form({
        "app_key": app_key,
        "time_stamp": str(int(time.time() * 1000)),
        "openid": "ot1UbuBBzlE6IjEDWfyXQW3dy2S4",
        "order_no": order_no,
        "goods_code": "zp_001",
        "nickname": "小明 & friends = 100% 🎉",
        "contacts": json.dumps([{"id": 3, "name": "手机", "value": "13635603333"}], ensure_ascii=False),
        "h5_guid": "",
    })
    with urllib.request.urlopen(urllib.request.Request(url, data=form), timeout=20) as answer:
        return json.load(answer)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Merchant)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
for line in sys.stdin:
    url, order_no = line.split()
    answer = issue(url, order_no)
    print(json.dumps({"answer": answer, "verified": verified.get(order_no)}), flush=True)
