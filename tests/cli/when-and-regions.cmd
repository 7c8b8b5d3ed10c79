$VMATLAS -b -R $FIXTURES/recordings/changes.rec -r regions --va 100000-101000 --when 'minor_faults+>=30 => exit'
