"""Output checking: evidence, rules, protection, proof, review and sealed release."""
