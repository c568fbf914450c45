"""Spreadsheets for coders elsewhere: sent, remembered, read back."""
