"""评级: assessments, ratings that can be repeated, and the grade in force."""
