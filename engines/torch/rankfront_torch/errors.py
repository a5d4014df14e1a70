"""What a user can cause: a problem in one sentence, and the way out."""


class UserError(Exception):
    def __init__(self, problem, way_out):
        super().__init__(f"{problem} {way_out}")
        self.problem = problem
        self.way_out = way_out
