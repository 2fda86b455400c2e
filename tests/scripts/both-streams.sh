# Exits with 7 after a word on each stream.
echo 'on stdout'
echo 'on stderr' >&2
exit 7
