# What the pictures show the log of: a night's work in miniature. The last line waits for an answer.
i=0
while [ $i -lt 60 ]; do
  i=$((i+1))
  printf '\033[2mstep %d/60\033[0m \033[32m✓\033[0m \033[1mimport/orders-%02d.csv\033[0m 1,204 rows\n' $i $i
  [ $((i % 4)) -eq 0 ] && echo "DEBUG cache hit key=user:99983$i shard=$((i % 16)) latency=0.31ms"
  [ $((i % 7)) -eq 0 ] && echo "[WARN] slow query 812ms: SELECT * FROM orders WHERE batch=$i"
  [ $((i % 5)) -eq 0 ] && echo "INFO 売上集計: 処理済み=$((i * 20)) 件  GET /api/v1/orders 200 12ms"
  [ $((i % 19)) -eq 0 ] && echo "ERROR: タスク失敗: 接続 timeout host=db-3 理由=応答なし" >&2
  sleep 0.03
done
printf 'uploading  10%%\ruploading  55%%\ruploading 100%% \033[32mdone\033[0m\n'
printf 'Deploy to production? [y/N] '
read answer
