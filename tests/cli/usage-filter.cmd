$VMATLAS -r regions --filter 'flags:lru' 1
