$VMATLAS -r fitness --below 4X 1
