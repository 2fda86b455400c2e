"""An agent of the documents with `websocket-client`: python3 streaming_agent.py WS_URL TASK COUNT.

It dials the URL as it is given, and names the task in each frame, which has no type.
"""

import json
import sys
from datetime import datetime, timezone

import websocket

url, task_id, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
connection = websocket.create_connection(url, timeout=30)
for number in range(1, count + 1):
    source = "stderr" if number % 3 == 0 else "stdout"
    frame = {
        "taskId": task_id,
        "timestamp": datetime.now(timezone.utc).isoformat(),
        "source": source,
        "level": "WARNING" if source == "stderr" else "INFO",
        "message": f"message {number}",
        "lineNumber": number,
        "metadata": {"processId": 4711, "source": source},
    }
    connection.send(json.dumps(frame))
connection.close()
