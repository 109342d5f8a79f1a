def test_the_gate_withstands():
    pass
