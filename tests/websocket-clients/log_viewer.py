"""A viewer with `websocket-client`: python3 log_viewer.py WS_URL TASK COUNT prints COUNT lines, one JSON object each."""

import json
import sys

import websocket

url, task_id, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
seen = 0


def on_open(app):
    options = {"levels": ["WARN", "ERROR"], "realtime": True}
    app.send(json.dumps({"type": "subscribe", "taskId": task_id, "options": options}))


def on_message(app, text):
    global seen
    message = json.loads(text)
    if message["type"] == "subscribed":
        print("subscribed", flush=True)
    elif message["type"] == "log":
        print(json.dumps(message), flush=True)
        seen += 1
        if seen == count:
            app.close()


websocket.WebSocketApp(f"{url}/{task_id}", on_open=on_open, on_message=on_message).run_forever()
