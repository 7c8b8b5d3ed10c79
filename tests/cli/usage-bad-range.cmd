$VMATLAS -b -r pages --va 20-10 1; $VMATLAS -b -r pages --va zz 1; $VMATLAS -b -r pages --pfn 1-fffffffffffffffff 1
