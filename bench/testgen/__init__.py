"""The test generator beside Pynguin and the Hypothesis ghostwriter, on packages whose own tests are hidden."""
