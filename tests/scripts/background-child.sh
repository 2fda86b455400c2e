# Ends at once and leaves a child behind that keeps the output open.
echo before
(sleep 1; echo "from the child"; exec sleep 20) &
echo after
