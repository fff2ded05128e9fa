"""What is installed: packages, units, images, the servers in front."""
