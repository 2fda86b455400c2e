# Starts a child, writes its process id to the file named, and waits for it.
sleep 60 &
echo $! >"$1"
echo started
wait
