"$VMATLAS" -r owners
