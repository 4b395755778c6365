"""The words of the product as frozen data and pure rules; standard library only."""
