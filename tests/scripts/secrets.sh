# Shows $DEPLOY_TOKEN and the secret in the file $1 in every way that happens.
echo "token $DEPLOY_TOKEN"
echo "token $DEPLOY_TOKEN" >&2
printf 'basic %s\n' "$(printf 'bob:%s' "$DEPLOY_TOKEN" | base64)"
cat "$1"
sed 's/^/> /' "$1"
printf 'in two: %.10s' "$DEPLOY_TOKEN"
sleep 0.4
printf '%s\n' "$DEPLOY_TOKEN" | cut -c 11-
echo "::add-mask::learned-later"
echo "now learned-later"
echo "plain"
