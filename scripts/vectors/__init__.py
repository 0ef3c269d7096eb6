"""How the shipped word vectors are made; ``scripts.train_vectors`` runs it."""
