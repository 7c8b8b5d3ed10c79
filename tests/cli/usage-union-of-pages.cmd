$VMATLAS -r pages --union 4242
