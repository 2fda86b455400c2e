# Writes five bursts of 1,000 numbered lines, and then stays for as long as the agent that started it lives.
for last in 1000 2000 3000 4000 5000; do
  seq -f 'line %.0f' $((last - 999)) "$last"
  sleep 0.1
done
while kill -0 "$PPID" 2>/dev/null; do sleep 0.05; done
