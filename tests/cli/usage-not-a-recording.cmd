echo hello >hello; $VMATLAS -b -R hello
