# Ignores SIGTERM.
trap '' TERM
echo started
while :; do sleep 0.1; done
