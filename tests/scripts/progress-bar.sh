# Draws over the same line again and again.
for percent in 0 25 50 75 100; do printf '\rdownloading %s%%' "$percent"; done
printf '\ndone\n'
