"""The window: header, navigation, languages, the frame that says that nothing is alive; composition root (`app`)."""
