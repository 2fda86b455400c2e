# The calls of the documents, as they stand there. Each answer goes to a file named for the call.
set -eu
: "${TOKEN:?}" "${SERVER:?}"

# Get the log
curl -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs" > list.json

# Only standard error
curl -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs?source=stderr" > stderr.json

# Only errors
curl -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs?level=ERROR" > errors.json

# A page
curl -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs?page=1&size=2" > page.json

# A range of time
curl -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs?from=2024-01-01T00:00:00Z&to=2024-01-01T10:00:01Z" > range.json

# Statistics
curl -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs/stats" > stats.json

# Export
curl -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs/export?format=json" \
  -o task123_logs.json
curl -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs/export?format=csv" \
  -o task123_logs.csv
curl -H "Authorization: Bearer $TOKEN" -OJ \
  "$SERVER/api/v1/tasks/task123/logs/export?format=txt"

# Delete what is old
curl -X DELETE -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs?before=2024-01-01T10:00:01Z" > delete-before.json

# Delete everything
curl -X DELETE -H "Authorization: Bearer $TOKEN" \
  "$SERVER/api/v1/tasks/task123/logs" > delete.json

# Health
curl "$SERVER/health" > health.json
curl -I "$SERVER/health" > health-head.txt
