import 'croner'
