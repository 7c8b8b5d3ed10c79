$VMATLAS -R $FIXTURES/recordings/changes.rec -r regions -f openmetrics --when 'swap>0 => exit' 4242 | tail -n 1
