$VMATLAS -r pages --filter 'state:nosuch' 1
