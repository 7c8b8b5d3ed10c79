$VMATLAS -b -R $FIXTURES/recordings/changes.rec -f csv --when 'minor_faults+>1'
