"$VMATLAS" -r zones --file /bin/server
