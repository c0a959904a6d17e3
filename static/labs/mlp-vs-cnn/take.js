/** What can be taken away from the stage: the request behind it, its numbers, its picture, a PyTorch program. */
