$VMATLAS -r zones --filter 'state:anon'
