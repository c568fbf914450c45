"""What in a quote may point at somebody: found, listed, masked. It makes nothing anonymous."""
