$VMATLAS -b -R $FIXTURES/recordings/changes.rec -r pages --va 100000-104000 -f csv --when 'minor_faults+>=30 => exit'
