$VMATLAS --script /dev/null --size 0x0; $VMATLAS --script /dev/null --size 80; $VMATLAS --script /dev/null --size 99999x99999
