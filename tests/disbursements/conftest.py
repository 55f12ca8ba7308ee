from tests.incentives.conftest import bank, bank_program, g21

__all__ = ["bank", "bank_program", "g21"]
