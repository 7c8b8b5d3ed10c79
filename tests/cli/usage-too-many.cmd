$VMATLAS -r processes $(seq 1 2049)
