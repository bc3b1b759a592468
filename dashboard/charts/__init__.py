"""Tables in, plotly figures out; one kind of figure per file. No Streamlit, no database.

Every figure: bars from zero, no pies, one axis per unit, unknown in the same hatched grey, periods that
are not finished hatched, gaps left as gaps, text from data escaped by `words.plotly`.
"""
