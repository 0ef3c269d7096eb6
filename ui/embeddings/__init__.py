"""The parts of the embeddings page: which vectors, the lookup, the matrix, nearness, the map."""
