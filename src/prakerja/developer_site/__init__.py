"""The developer site: pages and an OpenAPI file, served at the partners' door to anybody.

It is made from the endpoints' declarations (`guide=` beside each view), the structs and the table of codes of `partner_api`,
which knows nothing of it.
"""
