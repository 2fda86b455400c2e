"""A client of the log API with `requests`, as the documents have it: python3 log_client.py SERVER TOKEN TASK."""

import sys
from datetime import datetime

import requests


class LogClient:
    def __init__(self, base_url, token):
        self.base_url = base_url
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get_logs(self, task_id, source=None, level=None, page=0, size=100):
        params = {"page": page, "size": size}
        if source:
            params["source"] = source
        if level:
            params["level"] = level
        response = requests.get(
            f"{self.base_url}/tasks/{task_id}/logs", headers=self.headers, params=params
        )
        response.raise_for_status()
        return response.json()

    def get_stats(self, task_id):
        response = requests.get(f"{self.base_url}/tasks/{task_id}/logs/stats", headers=self.headers)
        response.raise_for_status()
        return response.json()

    def submit(self, task_id, **line):
        response = requests.post(
            f"{self.base_url}/tasks/{task_id}/logs", headers=self.headers, json=line
        )
        response.raise_for_status()
        return response.json()

    def delete_logs(self, task_id, before=None):
        params = {"before": before.isoformat()} if before else {}
        response = requests.delete(
            f"{self.base_url}/tasks/{task_id}/logs", headers=self.headers, params=params
        )
        response.raise_for_status()
        return response.json()


client = LogClient(sys.argv[1], sys.argv[2])
task = sys.argv[3]
for index, level in enumerate(["DEBUG", "INFO", "WARNING", "ERROR", "FATAL"]):
    stored = client.submit(
        task,
        source="stdout" if index % 2 == 0 else "stderr",
        level=level,
        message=f"message {index} ジョブ",
        timestamp=datetime(2024, 1, 1, 10, 0, index).isoformat(),
        metadata={"processId": 4711},
    )
    print("stored", stored["success"], stored["sequence"], stored["timestamp"])

logs = client.get_logs(task)
for log in logs["content"]:
    print(f"[{log['timestamp']}] [{log['source']}] [{log['level']}] {log['message']}")
print("errors", [log["message"] for log in client.get_logs(task, level="ERROR")["content"]])
print("stderr page", client.get_logs(task, source="stderr", page=1, size=1)["content"][0]["message"])

stats = client.get_stats(task)
print("total", stats["totalLogs"], stats["levelCounts"], stats["logCounts"])
print("deleted", client.delete_logs(task, before=datetime(2024, 1, 1, 10, 0, 1))["deletedCount"])
print("deleted", client.delete_logs(task)["deletedCount"])

try:
    client.get_logs("no-such-task")
except requests.HTTPError as error:
    print("error", error.response.status_code, error.response.json()["error"]["code"])
