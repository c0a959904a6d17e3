"""Speed as ratios against bare PyTorch, all measured in one run. They print; they assert nothing."""
