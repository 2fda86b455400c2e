# Dies as a program with a bad pointer does.
echo 'last words'
kill -SEGV $$
