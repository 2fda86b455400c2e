# Asks without ending the line, and waits for the answer.
printf 'Continue? '
read -r answer
echo "you said $answer"
