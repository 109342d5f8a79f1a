"""The web process as it was before 3.0. Kept for the archive's readers; it knows no results."""


def main():
    from PKG import api

    api.run(api.Old)


def serve():
    main()
