"""What the project learns from and is judged by: generated shops, teachers, training, evaluation."""
