"""What sites of the web send is read here, in processes of their own."""
