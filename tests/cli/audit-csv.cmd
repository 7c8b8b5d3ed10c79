$VMATLAS -r audit -p 7 -f csv -R $FIXTURES/recordings/audit.rec
